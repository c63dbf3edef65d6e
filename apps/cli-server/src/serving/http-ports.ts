/** The HTTP ports of `start`. A port in use is reported before the passphrase is asked for. */
import {
  type HttpPort,
  type HttpPorts,
  openHttpPort,
  type ServeHttpOptions,
  serveHttp,
} from '@countersign/auth-server/http';
import { EXIT, problem, sentence, systemReason } from '@countersign/terminal';

export interface HttpPortsOptions extends Omit<ServeHttpOptions, 'publicPort' | 'privatePort'> {
  readonly httpPort: number | undefined;
  readonly metricsPort: number | undefined;
}

/** @throws {CliError} address_in_use */
export async function openHttpPorts(options: HttpPortsOptions): Promise<HttpPorts> {
  const publicPort = await openOne('--http-port', options.httpPort, options);
  const privatePort = await openOne('--metrics-port', options.metricsPort, options).catch(async (error) => {
    await publicPort?.close();
    throw error;
  });
  return serveHttp({ ...options, publicPort, privatePort });
}

async function openOne(
  option: string,
  port: number | undefined,
  { issuerUrl, onFailure }: HttpPortsOptions,
): Promise<HttpPort | undefined> {
  if (port === undefined) return undefined;
  return openHttpPort({ port, issuerUrl, onFailure }).catch((cause: unknown) => {
    const message = sentence`Port ${port} cannot be used: ${systemReason(cause)}.`;
    throw problem('address_in_use', EXIT.network, message, `Choose another ${option}.`, cause);
  });
}
