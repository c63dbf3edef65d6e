/** Debian's headless Chromium without a network, showing a page from a local server. */
import { createServer, type IncomingMessage } from 'node:http';
import { type Browser, chromium, type Page } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Answers a posted JSON object with another one. */
export type Endpoint = (message: Record<string, string>) => object;

export interface OpenedPage {
  readonly page: Page;
  close(): Promise<void>;
}

export interface PageOptions {
  /** Handlers for posts from the page, by path. */
  readonly endpoints?: Record<string, Endpoint>;
  /** The type of the page's script; by default a classic one. */
  readonly type?: 'module';
  /** Further scripts by path. */
  readonly scripts?: Record<string, string>;
  /** The content security policy of the page and its scripts. */
  readonly policy?: string;
}

/** Serves `script` and the page's other files on a free local port, and opens the page. */
export async function openPage(
  script: string,
  { endpoints = {}, scripts = {}, policy, type }: PageOptions = {},
): Promise<OpenedPage> {
  const files: Record<string, string | undefined> = { ...scripts, '/bundle.js': script };
  const server = createServer((request, response) => {
    if (policy !== undefined) response.setHeader('content-security-policy', policy);
    const file = files[request.url ?? ''];
    const endpoint = endpoints[request.url ?? ''];
    if (request.method === 'POST' && endpoint) {
      readText(request).then(
        (text) => response.end(JSON.stringify(endpoint(JSON.parse(text)))),
        (error) => response.destroy(error),
      );
    } else if (file !== undefined) {
      response.setHeader('content-type', 'text/javascript').end(file);
    } else {
      response
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><script ${type ? `type="${type}" ` : ''}src="/bundle.js"></script>`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const browser: Browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${address.port}/`);
  return {
    page,
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
