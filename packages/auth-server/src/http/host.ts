/**
 * Which hosts a port answers to. A web page can make a browser send requests to 127.0.0.1 under the page's own host name
 * (DNS rebinding), and read the answers. The browser sends that name in `Host`.
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
