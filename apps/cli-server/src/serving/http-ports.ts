/** The HTTP ports of `start`. A port in use is reported before the passphrase is asked for. */
import { type HttpPorts, openHttpPort, serveHttp } from '@countersign/auth-server/http';
import { EXIT, problem, sentence, systemReason } from '@countersign/terminal';
import { expiryOf } from '../tls-files.ts';
import type { Starting } from './listening.ts';

/** @throws {CliError} address_in_use */
export async function openHttpPorts({ io, options, serving, meter, log }: Starting): Promise<HttpPorts> {
  const { issuerUrl } = options;
  const onFailure = (error: unknown) => log.event({ kind: 'failure', error });
  const open = (option: string, port: number | undefined) =>
    port === undefined
      ? undefined
      : openHttpPort({ port, issuerUrl, onFailure }).catch((cause: unknown) => {
          const message = sentence`Port ${port} cannot be used: ${systemReason(cause)}.`;
          throw problem('address_in_use', EXIT.network, message, `Choose another ${option}.`, cause);
        });
  const publicPort = await open('--http-port', options.httpPort);
  const privatePort = await open('--metrics-port', options.metricsPort)?.catch(async (error: unknown) => {
    await publicPort?.close();
    throw error;
  });
  const certificateExpires = () => expiryOf(serving.tls.cert);
  const { now: clock, signal } = io;
  return serveHttp({
    publicPort,
    privatePort,
    issuerUrl,
    meter,
    certificateExpires,
    clock,
    signal,
    onFailure,
  });
}
