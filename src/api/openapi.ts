import { z } from 'zod'
import { administrationSchema, signedInSchema } from './admin-protocol.ts'
import { SCREEN_TOKEN_NOTE } from './notes.ts'
import { OPERATIONS } from './protocol.ts'
import { problemSchema, saleSchema } from './sale-protocol.ts'
import { shiftSchema } from './shift-protocol.ts'
import { statusSchema } from './status-protocol.ts'

/** Builds the OpenAPI 3.1 document of the local API from the schemas that validate it. */
export function buildOpenApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    const { method, path, status } = operation.http
    const methods = paths[path] ?? {}
    paths[path] = methods
    methods[method.toLowerCase()] = describe(name, operation, status)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Guitai local API', version, description: SCREEN_TOKEN_NOTE },
    servers: [{ url: 'http://127.0.0.1:{port}', variables: { port: { default: '8700' } } }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Administration: schemaOf(administrationSchema),
        Problem: schemaOf(problemSchema),
        Sale: schemaOf(saleSchema),
        Shift: schemaOf(shiftSchema),
        SignedIn: schemaOf(signedInSchema),
        Status: schemaOf(statusSchema),
      },
    },
  }
}

type Operation = (typeof OPERATIONS)[keyof typeof OPERATIONS]

function describe(name: string, operation: Operation, status: number): Record<string, unknown> {
  const input = schemaOf(operation.input, 'input') as {
    properties?: Record<string, unknown>
    required?: string[]
  }
  const inPath = [...operation.http.path.matchAll(/\{(\w+)\}/g)].map(([, key]) => key ?? '')
  const names = Object.keys(input.properties ?? {})
  const isGet = operation.http.method === 'GET'
  const parameters = names
    .filter((key) => inPath.includes(key) || isGet)
    .map((key) => ({
      name: key,
      in: inPath.includes(key) ? 'path' : 'query',
      required: inPath.includes(key) || (input.required?.includes(key) ?? false),
      schema: input.properties?.[key],
    }))
  const bodyKeys = names.filter((key) => !inPath.includes(key))
  return {
    operationId: name,
    summary: operation.summary,
    'x-scopes': operation.scopes,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(isGet ? {} : { requestBody: bodyOf(input, bodyKeys) }),
    responses: {
      [status]: json('done, or begun', schemaOf(operation.output)),
      default: json('refused, or failed', { $ref: '#/components/schemas/Problem' }),
    },
  }
}

function bodyOf(
  input: { properties?: Record<string, unknown>; required?: string[] },
  keys: readonly string[],
): Record<string, unknown> {
  const properties = Object.fromEntries(keys.map((key) => [key, input.properties?.[key]]))
  const required = (input.required ?? []).filter((key) => keys.includes(key))
  return {
    required: true,
    content: {
      'application/json': {
        schema: { type: 'object', properties, required, additionalProperties: false },
      },
    },
  }
}

function json(description: string, schema: unknown): Record<string, unknown> {
  return { description, content: { 'application/json': { schema } } }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): unknown {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, reused: 'inline' })
  return rest
}
