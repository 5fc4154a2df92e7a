/** What to do where only a Node of 32 bits can load the request processor: it and its koffi in a folder of their own. */
export const NODE_32 =
  'In a command prompt: npm install --force --cpu=ia32 --ignore-scripts --prefix "%LOCALAPPDATA%\\qbconnector-32" node-win-x86@22.23.2 koffi@3.3.4; ' +
  "then give the option node32 the whole path of node_modules\\node-win-x86\\bin\\node.exe in this folder.";
