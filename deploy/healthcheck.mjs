/** Exit code 0 if the server of this container is alive, for HEALTHCHECK. */
const { COUNTERSIGN_METRICS_PORT: port = '9464' } = process.env;
const { ok } = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => ({ ok: false }));
process.exitCode = ok ? 0 : 1;
