import type { ErrorClass } from './error-class.ts'

/** What can be wrong with the versions of a model. */
export const registryErrors = {
  REGISTRY_EXISTS: {
    retry: false,
    httpStatus: 409,
    exitCode: 73,
    summary:
      'The registry has this version of the model already; versions never change. Give it another version.',
  },
  REGISTRY_STATE: {
    retry: false,
    httpStatus: 409,
    exitCode: 65,
    summary:
      'The model is not in a state that allows this: no live version, nothing to roll back to, or live already. See vireo model list.',
  },
  REGISTRY_LINEAGE: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary: 'lineage.json of a model version is missing or not valid; the message has the field.',
  },
} as const satisfies Record<string, ErrorClass>
