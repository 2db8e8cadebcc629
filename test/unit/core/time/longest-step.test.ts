import { expect, it } from 'vitest'
import { longestStepUs } from '../../../../src/core/time/longest-step.ts'

it('lets a camera be slower than its model, and a slow model have longer steps', () => {
  expect(longestStepUs(25)).toBe(500_000)
  expect(longestStepUs(5)).toBe(500_000)
  expect(longestStepUs(2)).toBe(1_250_000)
})
