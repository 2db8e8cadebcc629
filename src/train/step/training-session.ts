import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { createSession } from '../../onnx/create-session.ts'
import { countNodes, providerNames } from '../../onnx/node-counts.ts'
import type { InferenceSession, Tensor } from '../../onnx/onnx-runtime.ts'

/** Where training runs. */
export type TrainingProvider = 'cpu' | 'cuda' | 'webgpu'

export interface TrainingSession {
  /** Runs the graph; what it gives is written into the tensors of `into`, which has one for each output. */
  run(feeds: Readonly<Record<string, Tensor>>, into: Readonly<Record<string, Tensor>>): Promise<void>
  close(): Promise<void>
}

/**
 * A graph of the trainer, opened with exactly one execution provider. For anything but cpu the first run is profiled
 * and must show that the provider ran nodes: ONNX Runtime gives a graph to the CPU without a word.
 *
 * @throws AppError MODEL_PROVIDER when the provider cannot be opened or does none of the work.
 */
export async function openTrainingSession(
  graph: Uint8Array,
  options: { threads: number; provider: TrainingProvider; precision?: 'fp32' | 'fp16' },
): Promise<TrainingSession> {
  const { threads, provider, precision = 'fp32' } = options
  const profileDir = provider === 'cpu' ? null : await mkdtemp(join(tmpdir(), 'vireo-profile-'))
  const endProfile = async () => {
    if (profileDir !== null) await rm(profileDir, { recursive: true, force: true })
  }
  let session: InferenceSession
  try {
    session = await createSession(graph, {
      executionProviders: [provider],
      threads,
      graphOptimizationLevel: 'all',
      // The pattern of the first run would be laid out beside what that run had taken: a third more memory, no time.
      enableMemPattern: false,
      ...(profileDir !== null && { enableProfiling: true, profileFilePrefix: join(profileDir, 'run') }),
    })
  } catch (cause) {
    await endProfile()
    if (provider === 'cpu') throw cause
    const reason = (cause as Error).message.trim().split('\n')[0]!.slice(0, 300)
    const advice = precision === 'fp16' ? 'it may have no half precision: try precision fp32; ' : ''
    throw new AppError('MODEL_PROVIDER', `training on ${provider}: ${reason}; ${advice}see vireo doctor`, {
      cause,
    })
  }
  let verified = profileDir === null
  const verify = async () => {
    verified = true
    session.endProfiling()
    const [file] = await readdir(profileDir!)
    const nodes = file === undefined ? {} : await countNodes(join(profileDir!, file))
    await endProfile()
    if ((nodes[providerNames[provider]] ?? 0) > 0) return
    throw new AppError(
      'MODEL_PROVIDER',
      `training on ${provider}: it was opened but ran none of the nodes (${JSON.stringify(nodes)})`,
    )
  }
  return {
    async run(feeds, into) {
      await session.run(feeds, into)
      if (!verified) await verify()
    },
    async close() {
      await endProfile()
      await session.release()
    },
  }
}
