import { canonicalJson } from '../../config/config-hash.ts'
import type { Lineage } from '../../registry/lineage.ts'

export interface ComparedField {
  readonly field: string
  readonly before: string
  readonly after: string
  /** Difference of two numbers, or '' */
  readonly change: string
}

/** What two versions have in common and what sets them apart: all measures, and settings that differ. */
export function compareLineages(before: Lineage, after: Lineage): ComparedField[] {
  const names = [...new Set([...Object.keys(before.metrics), ...Object.keys(after.metrics)])].sort()
  const measures = names.map((name) => {
    const [a, b] = [before.metrics[name], after.metrics[name]]
    const apart = a === undefined || b === undefined ? null : b - a
    return {
      field: name,
      before: shown(a),
      after: shown(b),
      change: apart === null || apart === 0 ? '' : `${apart > 0 ? '+' : ''}${Number(apart.toFixed(4))}`,
    }
  })
  const facts = (['parent', 'dataset', 'seed', 'code', 'command'] as const).map(
    (field) => [field, before[field], after[field]] as const,
  )
  const keys = [...new Set([...Object.keys(before.config), ...Object.keys(after.config)])].sort()
  const settings = keys.map((key) => [`config.${key}`, before.config[key], after.config[key]] as const)
  const differing = [...facts, ...settings]
    .filter(([, a, b]) => canonicalJson(a ?? null) !== canonicalJson(b ?? null))
    .map(([field, a, b]) => ({ field, before: shown(a), after: shown(b), change: '' }))
  return [...measures, ...differing]
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '–'
  return typeof value === 'string' || typeof value === 'number' ? String(value) : canonicalJson(value)
}
