/**
 * Which hosts a port answers to. A page that a user visits can make their browser send requests to 127.0.0.1 under a name
 * of the page's own (DNS rebinding), and read the answers. The browser puts that name into `Host`.
 */

/** Returns whether the `Host` of a request is this machine or the host of the issuer. */
export function isOwnHost(host: string | undefined, issuerUrl: string | undefined): boolean {
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return isLoopback(hostname) || (issuerUrl !== undefined && hostname === new URL(issuerUrl).hostname);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
