/** Of this process, and so of the libraries that it can load. */
export const bitness: 32 | 64 = process.arch === "ia32" ? 32 : 64;
