import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { type Route, route } from '../route.ts'
import { howToBuild } from './page-folder.ts'
import { pagePolicy } from './page-policy.ts'

/** Files of the build have names that change with their bytes; nothing else of it is asked for by name. */
const file = /^assets\/[\w.-]+$/
const fileOptions = { maxAge: '365d', immutable: true }

/**
 * The console's page: index.html at every address below /console/, its files, and the way there from the root. Whoever
 * asks gets it, because it holds no data; what it then asks for goes through the guard.
 *
 * @param folder dist/web, or null where it is not built
 * @param basePath what a proxy has before the path of this server, such as `/cctv`; empty without one
 */
export function pageRoutes(folder: string | null, basePath: string): readonly Route[] {
  const page = folder === null ? null : readPage(folder, basePath)
  const send = (path: string, reply: FastifyReply, given: string | undefined) => {
    if (!page) throw new AppError('API_NOT_FOUND', howToBuild)
    reply.header('content-security-policy', pagePolicy)
    if (file.test(path)) return reply.sendFile(path, fileOptions)
    if (/\.\w+$/.test(path)) throw new AppError('API_NOT_FOUND', 'There is nothing at this path.')
    reply.headers({ 'cache-control': 'no-cache', etag: page.etag })
    if (given === page.etag) return reply.code(304).send()
    return reply.type('text/html; charset=utf-8').send(page.html)
  }
  const row = { method: 'GET', access: 'anyone', tag: 'process', hidden: true } as const
  return [
    route({
      ...row,
      path: '/',
      summary: 'To the console',
      answer: [200, 'text/html'],
      handle: ({ reply }) => reply.redirect(`${basePath}/console/`),
    }),
    route({
      ...row,
      path: '/console',
      summary: 'To the console',
      answer: [200, 'text/html'],
      handle: ({ reply }) => reply.redirect(`${basePath}/console/`),
    }),
    route({
      ...row,
      path: '/console/*',
      params: z.strictObject({ '*': z.string() }),
      summary: 'The console, a page for browsers',
      answer: [200, 'text/html'],
      handle: ({ params, request, reply }) => send(params['*'], reply, request.headers['if-none-match']),
    }),
  ]
}

function readPage(folder: string, basePath: string): { readonly html: string; readonly etag: string } {
  const text = readFileSync(join(folder, 'index.html'), 'utf8')
  const html = text.replace('<base href="/console/"', `<base href="${basePath}/console/"`)
  return { html, etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"` }
}
