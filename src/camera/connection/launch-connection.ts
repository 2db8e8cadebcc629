import type { Clock } from '../../core/clock.ts'
import { toAppError } from '../../core/errors.ts'
import type { CameraAddress } from '../camera-address.ts'
import { type CameraProcess, pipeCount } from '../camera-process.ts'
import type { Failure } from '../classify-failure.ts'
import type { FfmpegCommand } from '../ffmpeg-arguments.ts'
import { type HttpBody, openHttpBody } from '../http/open-body.ts'
import type { OpenPipes, ReadPipe } from '../read-pipes.ts'
import { connectTimeoutMs } from './opening-watch.ts'

/**
 * Starts the process of one connection: over HTTP the camera is asked first, and what it sends decides how it is read.
 * Calls `started` or `failed` once, neither after the returned function was called.
 */
export function launchConnection(options: {
  readonly address: CameraAddress
  readonly clock: Clock
  readonly openPipes: OpenPipes
  readonly command: (body: HttpBody | null) => FfmpegCommand
  readonly start: (parts: {
    readonly command: FfmpegCommand
    readonly pipes: readonly ReadPipe[]
    readonly body: HttpBody | null
  }) => CameraProcess
  readonly started: (process: CameraProcess) => void
  readonly failed: (failure: Failure, cause: unknown) => void
}): () => void {
  const { address, clock, openPipes, started, failed } = options
  const abort = new AbortController()
  let left = false

  const launch = (body: HttpBody | null) => {
    const command = options.command(body)
    openPipes(pipeCount(command), (pipes) => {
      const letGo = () => {
        for (const pipe of pipes) pipe.discard()
        body?.close()
      }
      if (left) return letGo()
      let process: CameraProcess
      try {
        process = options.start({ command, pipes, body })
      } catch (cause) {
        letGo()
        return failed({ code: 'MEDIA_FFMPEG_FAILED', reason: 'ffmpeg could not be started' }, cause)
      }
      started(process)
    })
  }

  if (address.kind !== 'http') launch(null)
  else {
    const cancel = clock.after(connectTimeoutMs, () => abort.abort())
    openHttpBody(address.url, clock, abort).then(
      (body) => {
        cancel()
        if (left) body.close()
        else launch(body)
      },
      (thrown) => {
        cancel()
        const { code, message } = toAppError(thrown)
        if (!left) failed({ code, reason: message }, null)
      },
    )
  }
  return () => {
    left = true
    abort.abort()
  }
}
