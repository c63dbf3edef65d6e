/** Debian's Chromium, headless and on nobody's network, looking at a page that a local server serves. */
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

/** Answers one posted JSON object with another. */
export type Endpoint = (message: Record<string, string>) => object;

export interface OpenedPage {
  readonly page: Page;
  close(): Promise<void>;
}

/** Serves `script` and the endpoints from a free port of this host, and opens the page. */
export async function openPage(
  script: string,
  endpoints: Record<string, Endpoint> = {},
): Promise<OpenedPage> {
  const server = createServer((request, response) => {
    const endpoint = endpoints[request.url ?? ''];
    if (request.method === 'POST' && endpoint) {
      readText(request).then(
        (text) => response.end(JSON.stringify(endpoint(JSON.parse(text)))),
        (error) => response.destroy(error),
      );
    } else if (request.url === '/bundle.js') {
      response.setHeader('content-type', 'text/javascript').end(script);
    } else {
      response
        .setHeader('content-type', 'text/html')
        .end('<!doctype html><script src="/bundle.js"></script>');
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
