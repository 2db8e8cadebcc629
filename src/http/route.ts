import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Identity } from './access/identity.ts'

/**
 * Who may call: `anyone` is not asked who he is; of `partly` strangers get less, where there is a token; else the least
 * role that it needs. A token has all roles.
 */
export type Access = 'anyone' | 'partly' | 'viewer' | 'operator' | 'admin'

/** What a handler gets: the parts of a request as their schemas give them back, defaults filled in. */
export interface Call<P, Q, B> {
  readonly params: P
  readonly query: Q
  readonly body: B
  /** Who calls; of `anyone` and `partly` it is null where nobody is known. */
  readonly identity: Identity
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** The cameras that a request is about: none, one, several, or `all` where it shows what every camera has. */
export type CamerasOf<P, Q, B> =
  | 'all'
  | ((call: Pick<Call<P, Q, B>, 'params' | 'query' | 'body'>) => string | readonly string[] | undefined)

/** One row of the table of routes. What a request is checked against is what the OpenAPI document shows. */
export interface Route<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Whether the same without a body is answered to HEAD. */
  readonly alsoHead?: boolean
  readonly path: string
  readonly access: Access
  /** Changes what is the caller's own and nothing else: every role may. */
  readonly own?: true
  /**
   * What of the cameras it is about; who may not see them is refused. A row without it is about no camera, or leaves
   * out of its list what its caller may not see (`mayLook`).
   */
  readonly camera?: CamerasOf<z.output<P>, z.output<Q>, z.output<B>>
  readonly tag:
    | 'cameras'
    | 'alerts'
    | 'clips'
    | 'review'
    | 'datasets'
    | 'configuration'
    | 'process'
    | 'events'
    | 'access'
    | 'learning'
    | 'models'
  readonly summary: string
  /** Not in the OpenAPI document: it is for browsers. */
  readonly hidden?: boolean
  /** Without one, nothing in that part of a request is looked at. */
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** Media types of the body besides those of fastify. */
  readonly consumes?: readonly string[]
  readonly mostBodyBytes?: number
  /** Status and body of success. A text is a media type whose bytes come. */
  readonly answer: readonly [status: number, body: z.ZodType | string]
  /** Media type of an answer with a schema; JSON unless given. */
  readonly answerType?: string
  /** Statuses of errors besides 401 and 403. */
  readonly errors?: readonly number[]
  handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>): unknown
}

/** The row as it is; its handler gets what its schemas give. */
export const route = <P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  row: Route<P, Q, B>,
): Route => row
