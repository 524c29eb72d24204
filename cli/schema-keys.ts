import { z } from 'zod'

/** The keys that an object schema knows at a path; empty where there is no object. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: z.core.$ZodType | undefined = unwrapped(schema)
  for (const part of path) at = at === undefined ? undefined : inside(at, part)
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

function inside(schema: z.core.$ZodType, part: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodArray) return unwrapped(schema.element)
  if (!(schema instanceof z.ZodObject)) return undefined
  // A shape holds schemas.
  const member = (schema.shape as Readonly<Record<PropertyKey, z.core.$ZodType>>)[part]
  return member === undefined ? undefined : unwrapped(member)
}

/** What is inside optional, read-only and transformed schemas. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodReadonly) return unwrapped(schema.unwrap())
  return schema instanceof z.ZodPipe ? unwrapped(schema.in) : schema
}
