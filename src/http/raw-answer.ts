import type { Socket } from 'node:net'
import { AppError, errorClass } from '../core/errors.ts'
import { guardHeaders } from './guard-headers.ts'

/** Why Node's parser gave a connection up, in the form of all errors. */
export function parserError(code: string | undefined): AppError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new AppError('API_TIMEOUT', 'the request did not come in time')
  if (code === 'HPE_HEADER_OVERFLOW') return new AppError('API_TOO_LARGE', 'the header is too large')
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return new AppError('API_TOO_LARGE', 'the body is too large')
  return new AppError('API_BAD_REQUEST', 'this is no request of HTTP/1.1')
}

/** Answers where there is no request to answer: on the bare connection, which ends. */
export function answerRaw(socket: Socket, error: AppError): void {
  if (socket.destroyed || !socket.writable) return void socket.destroy()
  const body = JSON.stringify({ code: error.code, message: error.message })
  const status = errorClass(error.code).httpStatus
  const headers = {
    ...guardHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...(error.code === 'API_BUSY' ? { 'retry-after': '2' } : {}),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${reasons[status] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`, () =>
    socket.destroy(),
  )
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  503: 'Service Unavailable',
}
