import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { PACKAGE_FOLDER } from "../command.js";

const PROGRAM = "/usr/bin/chromium";
const PARAMETERS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Debian's Chromium with a new empty profile, which is removed when it is closed. */
export async function startChromium(...more: readonly string[]): Promise<Browser> {
  if (!existsSync(PROGRAM)) {
    throw new Error(
      `${PROGRAM} is not there; it comes with Debian's package chromium: apt-get install chromium`,
    );
  }
  return chromium.launch({ executablePath: PROGRAM, args: [...PARAMETERS, ...more], timeout: 60_000 });
}

const LOOKS = {
  light: { colorScheme: "light", width: 1000, height: 700 },
  dark: { colorScheme: "dark", width: 1000, height: 700 },
  phone: { colorScheme: "light", width: 360, height: 640 },
} as const;

/** Pictures of the page in light, dark and at a phone's width, in build/screenshots/. */
export async function photograph(page: Page, name: string): Promise<void> {
  const folder = join(PACKAGE_FOLDER, "build/screenshots");
  mkdirSync(folder, { recursive: true });
  for (const [look, { colorScheme, ...size }] of Object.entries(LOOKS)) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: true });
  }
}

/** Signs in and answers the consent page; the page then is what the callback gave. */
export async function consent(page: Page, answer: { readonly company: string } | "refuse"): Promise<void> {
  const choose = page.getByRole("heading", { name: "Choose a company" });
  const signIn = page.getByRole("button", { name: "Sign in" });
  await choose.or(signIn).first().waitFor();
  if (await signIn.isVisible()) {
    await page.getByLabel("User").fill("ann");
    await page.getByLabel("Password").fill("anything");
    await signIn.click();
    await choose.waitFor();
  }
  if (answer === "refuse") return page.getByRole("button", { name: "No thanks" }).click();
  await page.getByLabel(answer.company).check();
  return page.getByRole("button", { name: "Connect" }).click();
}
