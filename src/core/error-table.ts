import { accessErrors } from './error-tables/access-errors.ts'
import { cameraErrors } from './error-tables/camera-errors.ts'
import type { ErrorClass } from './error-tables/error-class.ts'
import { eventErrors } from './error-tables/event-errors.ts'
import { mediaErrors } from './error-tables/media-errors.ts'
import { modelErrors } from './error-tables/model-errors.ts'
import { registryErrors } from './error-tables/registry-errors.ts'
import { storeErrors } from './error-tables/store-errors.ts'
import { trainingErrors } from './error-tables/train-errors.ts'

/** Every error code there is. docs/errors.md is tested against this table in both directions. */
export const errorTable = {
  CONFIG_NOT_FOUND: {
    retry: false,
    httpStatus: 404,
    exitCode: 66,
    summary: 'The configuration file does not exist or cannot be read. Check the path given with --config.',
  },
  CONFIG_SYNTAX: {
    retry: false,
    httpStatus: 422,
    exitCode: 78,
    summary: 'The configuration is not valid YAML. The message has the line and column.',
  },
  CONFIG_INVALID: {
    retry: false,
    httpStatus: 422,
    exitCode: 78,
    summary:
      'A field of the configuration has a wrong value or an unknown name. The message has the field, line and what is accepted.',
  },
  CONFIG_ENV_MISSING: {
    retry: false,
    httpStatus: 422,
    exitCode: 78,
    summary: 'The configuration refers to an environment variable that is not set.',
  },
  CONFIG_WRITE: {
    retry: true,
    httpStatus: 500,
    exitCode: 73,
    summary:
      'The configuration file cannot be written. Give the user that runs Vireo the right to write it and its folder.',
  },
  ...cameraErrors,
  ...mediaErrors,
  ...modelErrors,
  ...registryErrors,
  ...eventErrors,
  ...storeErrors,
  ...trainingErrors,
  ...accessErrors,
  API_BAD_REQUEST: {
    retry: false,
    httpStatus: 400,
    exitCode: 64,
    summary: 'A command-line option or request field is wrong; the message names it.',
  },
  API_CONFLICT: {
    retry: false,
    httpStatus: 409,
    exitCode: 75,
    summary:
      'What the change was based on has changed meanwhile. Look at it as it is now, and make the change again.',
  },
  API_UNAUTHORIZED: {
    retry: false,
    httpStatus: 401,
    exitCode: 77,
    summary:
      'Nobody is logged in, or the token is none that is known, or no more. Log in, or give a token as bearer token.',
  },
  API_FORBIDDEN: {
    retry: false,
    httpStatus: 403,
    exitCode: 77,
    summary:
      'Who asks may not do this: the role is too low, the camera is not one of his, or, where nobody logs in, the address is no loopback address or the page is of another origin. The message says which.',
  },
  API_NOT_FOUND: {
    retry: false,
    httpStatus: 404,
    exitCode: 66,
    summary: 'There is nothing at this path, or no alert or clip with this id; the message says which.',
  },
  API_LISTEN: {
    retry: true,
    httpStatus: 503,
    exitCode: 75,
    summary:
      'The address of http.host and http.port cannot be listened on: another program has the port, or this machine does not have the address (yet). The message says which. Vireo tries again when its supervisor starts it again.',
  },
  API_LISTEN_DENIED: {
    retry: false,
    httpStatus: 500,
    exitCode: 77,
    summary:
      'The user that runs Vireo may not listen on http.port; ports below 1024 need a right. Take a port from 1024 up, or put a proxy in front.',
  },
  API_TOO_LARGE: {
    retry: false,
    httpStatus: 413,
    exitCode: 65,
    summary: 'The body, the header or the path of the request is larger than is taken.',
  },
  API_TIMEOUT: {
    retry: true,
    httpStatus: 408,
    exitCode: 75,
    summary: 'The request did not come whole in time. Send it again, at once.',
  },
  API_BUSY: {
    retry: true,
    httpStatus: 503,
    exitCode: 75,
    summary:
      'Too many requests or connections at once, or another request does the same work now; the message says which. Try again after the seconds of Retry-After.',
  },
  BUG_UNEXPECTED: {
    retry: false,
    httpStatus: 500,
    exitCode: 70,
    summary: 'An error that Vireo did not foresee. Please report it with the log.',
  },
} as const satisfies Record<string, ErrorClass>
