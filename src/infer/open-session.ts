import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { createSession } from '../onnx/create-session.ts'
import { countNodes, providerNames } from '../onnx/node-counts.ts'
import type { InferenceSession } from '../onnx/onnx-runtime.ts'
import { sessionSettings } from '../onnx/session-settings.ts'
import { checkGraph } from './check-graph.ts'
import { trySession } from './run-session.ts'
import type { Provider, SessionFacts, WorkerPlan } from './worker-protocol.ts'

export interface OpenedSession extends SessionFacts {
  readonly session: InferenceSession
}

/**
 * Opens the model with the first configured provider that works, each tried alone so that ONNX Runtime cannot fall
 * back to another one unseen. For anything but cpu a profiled trial run must show that it runs nodes.
 * Throws MODEL_PROVIDER with every provider's error, MODEL_CONTRACT and MODEL_GRAPH.
 */
export async function openSession(plan: WorkerPlan): Promise<OpenedSession> {
  const { modelName, providers, bundle } = plan
  const where = `models ${modelName}: ${plan.graphPath}`
  const refused: { provider: Provider; message: string }[] = []
  for (const provider of providers) {
    try {
      const { session, nodes } = await openWith(provider, plan, where)
      return { session, provider, nodes, refused }
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'MODEL_CONTRACT') throw thrown
      refused.push({ provider, message: firstLine((thrown as Error).message) })
    }
  }
  const errors = refused.map(({ provider, message }) => `${provider}: ${message}`).join('; ')
  // The CPU provider is always there: if it fails, the graph is at fault.
  if (providers.includes('cpu'))
    throw new AppError('MODEL_GRAPH', `${where}: ONNX Runtime does not run the graph: ${errors}`, {
      details: { modelName, refused },
    })
  throw new AppError(
    'MODEL_PROVIDER',
    `models ${modelName}: none of its providers can be used for ${bundle.name} ${bundle.version}: ${errors}. Add cpu to the list to allow the CPU, or see vireo doctor.`,
    { details: { modelName, refused } },
  )
}

async function openWith(provider: Provider, plan: WorkerPlan, where: string) {
  const { graphPath, bundle } = plan
  const profileDir = provider === 'cpu' ? null : await mkdtemp(join(tmpdir(), 'vireo-profile-'))
  let session: InferenceSession | null = null
  try {
    session = await createSession(graphPath, {
      executionProviders: together(provider, plan.providers),
      threads: plan.intraOpThreads,
      extra: sessionSettings(plan),
      ...(profileDir !== null && { enableProfiling: true, profileFilePrefix: join(profileDir, 'run') }),
    })
    checkGraph(session, bundle, where)
    await trySession(session, bundle, where)
    const nodes = profileDir === null ? {} : await nodesOf(session, profileDir)
    if (profileDir !== null && (nodes[providerNames[provider]] ?? 0) === 0)
      throw new Error(`it was loaded, but ran none of the nodes (${JSON.stringify(nodes)})`)
    return { session, nodes }
  } catch (thrown) {
    await session?.release()
    throw thrown
  } finally {
    if (profileDir !== null) await rm(profileDir, { recursive: true, force: true })
  }
}

/** TensorRT leaves what it cannot do to CUDA, when that is configured too. */
function together(provider: Provider, configured: readonly Provider[]): Provider[] {
  return provider === 'tensorrt' && configured.includes('cuda') ? ['tensorrt', 'cuda'] : [provider]
}

async function nodesOf(session: InferenceSession, profileDir: string): Promise<Record<string, number>> {
  session.endProfiling()
  const [file] = await readdir(profileDir)
  if (file === undefined) throw new Error('it could not be verified: ONNX Runtime wrote no profile')
  return countNodes(join(profileDir, file))
}

function firstLine(message: string): string {
  return message.trim().split('\n')[0]!.slice(0, 500)
}
