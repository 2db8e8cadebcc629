import { defineConfig } from 'vitest/config'
import { beginSuiteRun } from './test/support/suite-run.ts'

// Inherited by every process of the run.
beginSuiteRun()
process.env.ORT_DISABLE_TELEMETRY ??= '1'

// Two projects: `unit` is what `npm run check` runs (no processes, no network, under a minute);
// `system` starts real ffmpeg, RTSP servers and Kafka, one file at a time because the parts share two cores.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/*.test.ts'],
          testTimeout: 20_000,
          setupFiles: 'test/support/leave-nothing.ts',
          globalSetup: 'test/support/check-suite-end.ts',
          // The files share their modules: none of them keeps state there, and loading them anew takes half of the time.
          isolate: false,
          // Vitest leaves a core free; of two that is one too many.
          maxWorkers: '100%',
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          // After the unit tests, not beside them.
          sequence: { groupOrder: 1 },
          setupFiles: 'test/support/leave-nothing.ts',
          globalSetup: ['test/support/global-setup.ts', 'test/support/check-suite-end.ts'],
        },
      },
    ],
  },
})
