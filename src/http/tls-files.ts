import { readFileSync } from 'node:fs'
import type { Server as TlsServer } from 'node:https'
import { createSecureContext } from 'node:tls'
import { fileState, watchFile } from '../config/watch-file.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import type { Log } from '../core/telemetry-port.ts'

export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

export interface TlsMaterial {
  readonly cert: Buffer
  readonly key: Buffer
}

/** A certificate with its key, which fit each other. @throws AppError CONFIG_INVALID naming the file or both */
export function readTls({ certFile, keyFile }: TlsFiles): TlsMaterial {
  const read = (field: string, file: string) => {
    try {
      return readFileSync(file)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      throw new AppError('CONFIG_INVALID', `http.tls.${field}: ${file} cannot be read (${code})`, { cause })
    }
  }
  const material = { cert: read('certFile', certFile), key: read('keyFile', keyFile) }
  try {
    createSecureContext({ ...material, minVersion: 'TLSv1.2' })
    return material
  } catch (cause) {
    const why = (cause as Error).message
    throw new AppError(
      'CONFIG_INVALID',
      `http.tls: ${certFile} and ${keyFile} are no certificate with its key, both PEM (${why})`,
      { cause },
    )
  }
}

/** Takes another certificate when the files change; one that cannot be used is told, and the one before stays. */
export function followTls(server: TlsServer, files: TlsFiles, of: { clock: Clock; log: Log }): () => void {
  const { clock, log } = of
  const take = () => {
    try {
      server.setSecureContext({ ...readTls(files), minVersion: 'TLSv1.2' })
      log.info({ file: files.certFile }, 'another certificate is in use')
    } catch (thrown) {
      const { code, message } = thrown as AppError
      log.error({ code }, `the certificate stays as it was: ${message}`)
    }
  }
  const stops = [files.certFile, files.keyFile].map((file) =>
    watchFile({ file, from: fileState(file), clock }, take),
  )
  return () => {
    for (const stop of stops) stop()
  }
}
