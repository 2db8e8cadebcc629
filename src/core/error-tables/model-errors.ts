import type { ErrorClass } from './error-class.ts'

/** What can be wrong with a model. */
export const modelErrors = {
  MODEL_SILENT: {
    retry: true,
    httpStatus: 503,
    exitCode: 75,
    summary:
      'Pictures with motion come, but a model says nothing of them: its windows never fill, or it does not answer. vireo_drops_total says why.',
  },
  MODEL_NOT_FOUND: {
    retry: false,
    httpStatus: 404,
    exitCode: 66,
    summary: 'No model bundle at that path or no model with that name.',
  },
  MODEL_BUNDLE_INVALID: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary: 'bundle.json is not valid; the message has the field.',
  },
  MODEL_BUNDLE_CORRUPT: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary:
      'A file of the model bundle does not have the SHA-256 that bundle.json states. Fetch the bundle again.',
  },
  MODEL_CONTRACT: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary: 'The graph does not have the inputs or outputs that bundle.json states. The message names both.',
  },
  MODEL_GRAPH: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary: 'The ONNX file cannot be read or edited; the message names the node or field.',
  },
  MODEL_PROVIDER: {
    retry: false,
    httpStatus: 500,
    exitCode: 69,
    summary: 'None of the configured execution providers could be used. See vireo doctor.',
  },
  MODEL_SIMULATED: {
    retry: false,
    httpStatus: 422,
    exitCode: 78,
    summary:
      'The model was trained on simulated people only; its alerts on a real camera mean nothing. Import a model of real footage, or set allowSimulated: true on its entry to try it.',
  },
  MODEL_INFERENCE: {
    retry: true,
    httpStatus: 500,
    exitCode: 70,
    summary: 'An inference run failed; the batch was counted as dropped and the worker restarted if it died.',
  },
  MODEL_FETCH: {
    retry: true,
    httpStatus: 502,
    exitCode: 69,
    summary:
      'A model of the catalogue could not be fetched, or what came is not what the catalogue names; the message says which.',
  },
} as const satisfies Record<string, ErrorClass>
