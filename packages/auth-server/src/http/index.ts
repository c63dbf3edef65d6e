export { healthRoute, readyRoute } from './health.ts';
export { type HttpPort, type HttpPortOptions, openHttpPort } from './port.ts';
export type { Reply, Route, RouteRequest, Routes } from './route.ts';
export { type StoreRoutesOptions, storeRoutes } from './store-routes.ts';
