export { type HttpPort, type HttpPortOptions, openHttpPort } from './port.ts';
export { type HttpPorts, type ServeHttpOptions, serveHttp } from './ports.ts';
export type { Reply, Route, RouteRequest, Routes } from './route.ts';
