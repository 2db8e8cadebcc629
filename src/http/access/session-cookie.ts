import type { FastifyReply, FastifyRequest } from 'fastify'

/** The cookie of a session: no script reads it, and no page of another site sends it. */
export interface SessionCookie {
  of(request: FastifyRequest): string | undefined
  /** @param secret null takes it away */
  set(request: FastifyRequest, reply: FastifyReply, secret: string | null): void
}

/** Browsers know no ports in cookies: two servers of one host must not take each other's away. */
export function createSessionCookie(of: {
  readonly port: number
  readonly basePath: string
  readonly mostDays: number
}): SessionCookie {
  const { port, basePath, mostDays } = of
  const name = `vireo-session-${port}`
  return {
    of: (request) =>
      request.cookies?.[name] ?? request.server.parseCookie(request.headers.cookie ?? '')[name],
    set(request, reply, secret) {
      reply.setCookie(name, secret ?? '', {
        path: basePath === '' ? '/' : basePath,
        httpOnly: true,
        // The page itself needs no session, so that links from elsewhere open it all the same.
        sameSite: 'strict',
        secure: request.protocol === 'https',
        maxAge: secret === null ? 0 : Math.round(mostDays * 86_400),
      })
    },
  }
}
