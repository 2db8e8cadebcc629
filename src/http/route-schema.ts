import type { z } from 'zod'
import { apiSchemas, jsonSchemaOf } from './api-schemas.ts'

/** What a route takes and gives, as the OpenAPI document shows it. */
export interface RouteText {
  readonly summary: string
  readonly tag: 'cameras' | 'alerts' | 'clips' | 'review' | 'datasets' | 'configuration' | 'process'
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly consumes?: readonly string[]
  /** Status and body of success. A text is a media type whose bytes come. */
  readonly answer: readonly [status: number, body: z.ZodType | string]
  /** Statuses of errors besides 401 and 403. */
  readonly errors?: readonly number[]
  /** Whether it is answered without a token. */
  readonly open?: boolean
}

export function routeSchema(text: RouteText): Record<string, unknown> {
  const { summary, tag, params, query, body, consumes, open = false } = text
  const [status, answer] = text.answer
  const error = jsonSchemaOf(apiSchemas.error, 'output')
  const success =
    typeof answer === 'string'
      ? { description: 'OK', content: { [answer]: { schema: { type: 'string', format: 'binary' } } } }
      : { description: 'OK', ...jsonSchemaOf(answer, 'output') }
  const failures = [...(open ? [] : [401, 403]), ...(text.errors ?? [])]
  return {
    summary,
    tags: [tag],
    ...(params ? { params: jsonSchemaOf(params, 'input') } : {}),
    ...(query ? { querystring: jsonSchemaOf(query, 'input') } : {}),
    ...(body ? { body: jsonSchemaOf(body, 'input') } : {}),
    ...(consumes ? { consumes: [...consumes] } : {}),
    ...(open ? { security: [] } : {}),
    response: {
      [status]: success,
      ...Object.fromEntries(failures.map((code) => [code, { description: 'Error', ...error }])),
    },
  }
}
