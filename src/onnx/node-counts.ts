import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { parseJson } from '../core/text/parse-json.ts'

/** ONNX Runtime's own names of the providers. */
export const providerNames = {
  tensorrt: 'TensorrtExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
  cpu: 'CPUExecutionProvider',
} as const

const profileSchema = z.array(
  z.looseObject({
    name: z.string().exactOptional(),
    args: z.looseObject({ provider: z.string().exactOptional() }).exactOptional(),
  }),
)

/**
 * How many nodes each provider ran, from a profile that ONNX Runtime wrote. It is the only proof that a provider does
 * the work: a session is also created when every node was quietly given to the CPU.
 */
export async function countNodes(profilePath: string): Promise<Record<string, number>> {
  const refuse = (reason: string) =>
    new AppError('MODEL_PROVIDER', `${profilePath}: the profile of ONNX Runtime cannot be read: ${reason}`)
  const events = parseJson(await readFile(profilePath, 'utf8'), profileSchema, refuse)
  const nodes = new Map<string, Set<string>>()
  for (const { name, args } of events) {
    if (name === undefined || !args?.provider) continue
    const known = nodes.get(args.provider) ?? new Set()
    nodes.set(args.provider, known.add(name))
  }
  return Object.fromEntries([...nodes].map(([provider, names]) => [provider, names.size]))
}
