/** Schemas of messages, from their fields by type. Each is strict: an unknown key is an error. */
import { z } from 'zod';

type Fields = Readonly<Record<string, z.core.$ZodShape>>;
type Schemas<T extends Fields> = {
  [K in keyof T & string]: z.ZodObject<{ type: z.ZodLiteral<K> } & T[K], z.core.$strict>;
};

/** Returns the schema of each message: its `type` and its fields. */
export function messages<const T extends Fields>(fields: T): Schemas<T> {
  const schemas = Object.entries(fields).map(
    ([type, shape]) => [type, z.strictObject({ type: z.literal(type), ...shape })] as const,
  );
  // TypeScript does not follow that each key gets the schema of its fields.
  return Object.fromEntries(schemas) as Schemas<T>;
}
