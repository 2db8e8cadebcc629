import { readFileSync } from 'node:fs'
import { arch, cpus } from 'node:os'

/** What of the processor decides how fast and how exact models in 8 bits are. */
export interface Processor {
  readonly model: string
  readonly arch: string
  /** Of the instructions that matter here those that it has, in /proc/cpuinfo's words. */
  readonly flags: readonly string[]
  /**
   * Whether it multiplies bytes and adds them up without 16-bit sums in between (VNNI; every 64-bit ARM): where it does
   * not, ONNX Runtime's products of 8-bit weights can overflow. null: not known.
   */
  readonly exactBytes: boolean | null
}

const wanted = ['avx2', 'avx512f', 'avx512_vnni', 'avx_vnni'] as const
let found: Processor | null = null

/** This machine's processor. */
export function processor(): Processor {
  if (found) return found
  let text = ''
  try {
    text = readFileSync('/proc/cpuinfo', 'latin1')
  } catch {
    // Not Linux: the flags are not known.
  }
  found = describeProcessor({ cpuInfo: text, arch: arch(), model: cpus()[0]?.model.trim() || 'unknown' })
  return found
}

/** What /proc/cpuinfo says; an empty one says nothing. */
export function describeProcessor(given: { cpuInfo: string; arch: string; model: string }): Processor {
  const { cpuInfo, arch: kind, model } = given
  const listed = /^flags\s*:(.*)$/m.exec(cpuInfo)?.[1]?.trim().split(/\s+/) ?? null
  const flags = wanted.filter((flag) => listed?.includes(flag))
  const vnni = listed === null ? null : flags.some((flag) => flag.endsWith('vnni'))
  return { model, arch: kind, flags, exactBytes: kind === 'x64' ? vnni : kind === 'arm64' ? true : null }
}
