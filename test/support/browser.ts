/** A real browser for tests of the page: Chromium from the system, headless, and strict about what the page may do. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { describe } from 'vitest';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** It talks to nobody but us. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const REASON = `no browser was found on PATH (${NAMES.join(', ')}): apt-get install -y chromium`;

function findBrowser(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable) ?? null;
}
function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us.
    return false;
  }
}

/** A `describe` that needs a browser. Without one it is skipped, loudly; with CI=true it throws. */
export function describeWithBrowser(title: string, body: (launch: () => Promise<Browser>) => void): void {
  const executablePath = findBrowser();
  if (executablePath === null) sayWhy(`"${title}" cannot run: ${REASON}`);
  const skipped = executablePath === null ? ` [skipped: ${REASON}]` : '';
  const launch = (): Promise<Browser> => chromium.launch({ executablePath: executablePath ?? '', args: FLAGS });
  describe.skipIf(executablePath === null)(`${title}${skipped}`, () => {
    body(launch);
  });
}

/** No suite is skipped silently, and none at all where everything must be there. */
function sayWhy(sentence: string): void {
  if (process.env['CI'] === 'true') throw new Error(sentence);
  console.warn(`\n!!! SKIPPED: ${sentence}\n`);
}

/** What a page did that it should not: errors, what its policy forbade, and requests to other hosts. */
export async function watchPage(page: Page, origin: () => string): Promise<{ complaints(): readonly string[]; forget(): void }> {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin() && !['data:', 'blob:'].includes(url.protocol)) complaints.push(`a request to another host: ${url.href}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => console.error(`policy: ${violatedDirective} forbids ${blockedURI}`));
  });
  return { complaints: () => complaints, forget: () => void (complaints.length = 0) };
}
