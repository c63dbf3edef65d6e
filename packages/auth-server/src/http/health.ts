import { inWords, type Route } from './route.ts';

/** `/healthz`: that the process runs and answers. */
export const healthRoute: Route = () => inWords(200, 'ok', { 'cache-control': 'no-store' });
