import { describe, expect, it } from 'vitest'
import { presentFields } from '../../../src/core/present-fields.ts'

describe('the fields that are present', () => {
  it('are those with a value, null and false among them', () => {
    const maybe = (value?: string): string | undefined => value
    const fields = presentFields({ a: maybe(), b: maybe('x'), c: null, d: false, e: 0, f: '' })
    expect(Object.keys(fields)).toEqual(['b', 'c', 'd', 'e', 'f'])
    // Their types: an optional field takes no undefined.
    const typed: { a?: string; b?: string; c: null; d: boolean; e: number; f: string } = fields
    expect(typed).toEqual({ b: 'x', c: null, d: false, e: 0, f: '' })
  })
})
