import { readFile } from 'node:fs/promises'

/** ONNX Runtime's own names of the providers. */
export const providerNames = {
  tensorrt: 'TensorrtExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
  cpu: 'CPUExecutionProvider',
} as const

/**
 * How many nodes each provider ran, from a profile that ONNX Runtime wrote. It is the only proof that a provider does
 * the work: a session is also created when every node was quietly given to the CPU.
 */
export async function countNodes(profilePath: string): Promise<Record<string, number>> {
  const events = JSON.parse(await readFile(profilePath, 'utf8')) as {
    readonly name?: string
    readonly args?: { readonly provider?: string }
  }[]
  const nodes = new Map<string, Set<string>>()
  for (const { name, args } of events) {
    if (name === undefined || !args?.provider) continue
    const known = nodes.get(args.provider) ?? new Set()
    nodes.set(args.provider, known.add(name))
  }
  return Object.fromEntries([...nodes].map(([provider, names]) => [provider, names.size]))
}
