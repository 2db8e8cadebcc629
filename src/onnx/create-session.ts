import { InferenceSession } from './onnx-runtime.ts'

/** What a session is opened with, as ONNX Runtime takes it; `threads` 0 or left out: as many as there are cores. */
export type SessionSettings = Omit<InferenceSession.SessionOptions, 'intraOpNumThreads'> & {
  readonly threads?: number
}

/** A session on a graph, or on the file that holds one; ONNX Runtime's own log tells errors only. */
export function createSession(
  graph: string | Uint8Array,
  { threads = 0, ...settings }: SessionSettings = {},
): Promise<InferenceSession> {
  return InferenceSession.create(graph as string, {
    logSeverityLevel: 3,
    ...settings,
    ...(threads > 0 && { intraOpNumThreads: threads }),
  })
}
