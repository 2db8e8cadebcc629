import type { AlertStep } from '../../src/core/alert.ts'

/** The first step of an alert about a fall; tests say what of it is otherwise. */
export function sampleStep(changes: Partial<AlertStep> = {}): AlertStep {
  return {
    alertId: 'a'.repeat(32),
    phase: 'new',
    seq: 0,
    rule: 'fall',
    label: 'falling',
    severity: 'critical',
    cameraId: 'gate',
    zone: null,
    trackIds: [],
    score: 0.75,
    modelName: 'actions',
    modelVersion: '1.0.0',
    configHash: 'h',
    epoch: 1,
    firstPtsUs: 0,
    lastPtsUs: 1e6,
    startedMs: 1e12,
    lastMs: 1e12 + 1000,
    causeMonoMs: 4,
    endReason: null,
    ...changes,
  }
}
