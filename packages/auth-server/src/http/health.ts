import { inWords, type Route } from './route.ts';

const FRESH = { 'cache-control': 'no-store' };

/** `/healthz`: whether the process runs and answers. */
export const healthRoute: Route = () => inWords(200, 'ok', FRESH);

/** Returns `/readyz`: whether logins are served now. */
export function readyRoute(isReady: () => boolean): Route {
  return () => (isReady() ? inWords(200, 'ready', FRESH) : inWords(503, 'not ready', FRESH));
}
