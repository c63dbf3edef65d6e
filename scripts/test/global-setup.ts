import { prepare } from '../prepare.mjs';

/** Tests that start the programs need them built; packages under test are read from their sources. */
export async function setup(): Promise<void> {
  await prepare({ quiet: true });
}
