import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import { laterKafkaErrors } from './kafka-error-codes.ts'

// kafkajs is CommonJS: its named exports are not all visible to an import.
const { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners } = kafkajs

export { CompressionTypes, Kafka, logLevel, Partitioners }

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

// kafkajs knows zstd by name only. The registry is a global of kafkajs, so this is done once, here.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
  decompress: (buffer: Buffer) => decompress(buffer),
})

interface ErrorCode {
  readonly type: string
  readonly code: number
  readonly retriable: boolean
  readonly message: string
}

// kafkajs 2.2.4 ends with error 88 of the protocol and calls all later ones final. This is its own list.
const { errorCodes } = createRequire(import.meta.url)('kafkajs/src/protocol/error') as {
  errorCodes: ErrorCode[]
}
for (const error of laterKafkaErrors)
  if (!errorCodes.some(({ code }) => code === error.code)) errorCodes.push(error)

/** Names of the protocol's errors that pass by themselves, as Kafka sees it. */
export const retriableTypes: ReadonlySet<string> = new Set(
  errorCodes.filter(({ retriable }) => retriable).map(({ type }) => type),
)

interface RequestQueue {
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  readonly pending: readonly unknown[]
  checkPendingRequests(): void
}

/**
 * kafkajs 2.2.4 sets a timer of minus the whole Unix time after every response, even with nothing to send: Node 24
 * warns of it (TimeoutNegativeWarning) and it then runs every millisecond for as long as the connection is open.
 * The same method without the fault: a timer only while requests wait, and never in the past.
 */
export function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return
  const delayMs = Math.max(10, this.throttledUntil - Date.now())
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, delayMs)
}

const queueClass = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
  prototype: Partial<Record<'scheduleCheckPendingRequests', typeof scheduleCheckPendingRequests>>
}
// A kafkajs that is built otherwise is left as it is.
if (typeof queueClass.prototype.scheduleCheckPendingRequests === 'function')
  queueClass.prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests
