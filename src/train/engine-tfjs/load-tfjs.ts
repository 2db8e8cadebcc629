import { createRequire } from 'node:module'
import type * as Tfjs from '@tensorflow/tfjs'
import { AppError } from '../../core/errors.ts'

export type Tf = typeof Tfjs

export interface LoadedTfjs {
  readonly tf: Tf
  /** The package that was found, and its backend. */
  readonly name: string
}

/** Bindings to the TensorFlow library, the better first; then WebAssembly. All are optional peer dependencies. */
const bindings = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']
const portable = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']

/**
 * TensorFlow.js as the user installed it.
 *
 * @param load loads a package by its name and throws when it is not there.
 * @throws AppError TRAIN_ENGINE naming the packages to install.
 */
export async function loadTfjs(load: (name: string) => unknown = loadPackage): Promise<LoadedTfjs> {
  const reasons: string[] = []
  for (const name of bindings) {
    const tf = attempt(name, load, reasons) as Tf | null
    if (tf === null) continue
    await tf.ready()
    return { tf, name: `${name} (${tf.getBackend()})` }
  }
  const [core, backend] = portable.map((name) => attempt(name, load, reasons)) as [Tf | null, unknown]
  if (core !== null && backend !== null && (await core.setBackend('wasm')))
    return { tf: core, name: `${portable[0]} (wasm)` }
  throw new AppError(
    'TRAIN_ENGINE',
    `engine tfjs: no TensorFlow.js is installed; npm install ${bindings[0]}, or ${portable.join(' ')} (${reasons.join('; ')})`,
  )
}

/** A package or null; the reason goes into the list. */
function attempt(name: string, load: (name: string) => unknown, reasons: string[]): unknown {
  try {
    return load(name)
  } catch (cause) {
    const message = (cause as Error).message.split('\n')[0]!
    reasons.push(message.includes(name) ? message : `${name}: ${message}`)
    return null
  }
}

function loadPackage(name: string): unknown {
  const require = createRequire(import.meta.url)
  // tfjs-node 4.22 calls this function, which Node 23 removed.
  const util = require('node:util') as Record<string, unknown>
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined
  return require(name)
}
