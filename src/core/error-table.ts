import type { ErrorClass } from './errors.ts'
import { storeErrors } from './store-errors.ts'
import { trainingErrors } from './training-errors.ts'

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
  CAMERA_UNREACHABLE: {
    retry: true,
    httpStatus: 502,
    exitCode: 69,
    summary: 'The camera does not answer. Check its address, power and network; Vireo keeps trying.',
  },
  CAMERA_UNAUTHORIZED: {
    retry: true,
    httpStatus: 502,
    exitCode: 77,
    summary:
      'The camera refused the user name or password. Vireo retries slowly so that the account is not locked.',
  },
  CAMERA_NOT_FOUND: {
    retry: true,
    httpStatus: 404,
    exitCode: 66,
    summary: 'The camera answers but has no stream at that path, or no camera has that id.',
  },
  CAMERA_BUSY: {
    retry: true,
    httpStatus: 503,
    exitCode: 75,
    summary:
      'The camera answers that it has no connection or bandwidth left (453, 503). End other viewers, or ask for its smaller stream.',
  },
  CAMERA_TRANSPORT: {
    retry: true,
    httpStatus: 502,
    exitCode: 69,
    summary:
      'The camera refuses the transport that was asked for (461), or nothing comes over UDP. Vireo tries the other one; set transport: tcp or udp.',
  },
  CAMERA_REFUSED: {
    retry: true,
    httpStatus: 502,
    exitCode: 69,
    summary: 'The camera answers with an error; the message has its status.',
  },
  CAMERA_STALLED: {
    retry: true,
    httpStatus: 502,
    exitCode: 69,
    summary: 'The connection is open but no frames arrive. The camera process is restarted.',
  },
  CAMERA_PROTOCOL: {
    retry: false,
    httpStatus: 502,
    exitCode: 76,
    summary:
      'A device answers, but not as ONVIF says. Check its address and port, and that ONVIF is switched on in its settings.',
  },
  CAMERA_URL: {
    retry: false,
    httpStatus: 422,
    exitCode: 78,
    summary: 'The camera address is not a supported URL (rtsp, rtsps, http, https) or file.',
  },
  MEDIA_NO_VIDEO: {
    retry: true,
    httpStatus: 422,
    exitCode: 65,
    summary: 'The stream or file has no video that can be decoded.',
  },
  MEDIA_MALFORMED: {
    retry: true,
    httpStatus: 422,
    exitCode: 65,
    summary:
      'The bytes from ffmpeg are not in the expected container. Check the ffmpeg version with vireo doctor.',
  },
  MEDIA_CHANGED: {
    retry: true,
    httpStatus: 502,
    exitCode: 69,
    summary:
      'A camera sends another picture size or profile than before. It is connected anew, and recordings begin anew.',
  },
  MEDIA_NOT_RECORDED: {
    retry: true,
    httpStatus: 502,
    exitCode: 69,
    summary:
      'Pictures of a camera come, but nothing that can be recorded, or its time stands still: alerts get no clips. The reason says more.',
  },
  MEDIA_CLOCK: {
    retry: true,
    httpStatus: 502,
    exitCode: 69,
    summary:
      "A camera's clock was set, or its times began anew. It is connected anew, and recordings begin anew.",
  },
  MEDIA_UNRECORDABLE: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary:
      'MP4 cannot hold what the camera sends. Its pictures are analysed; nothing is recorded. Choose H.264 or H.265 in the camera.',
  },
  MEDIA_FFMPEG_MISSING: {
    retry: false,
    httpStatus: 500,
    exitCode: 69,
    summary: 'ffmpeg or ffprobe was not found in PATH. Install it (Debian: apt-get install ffmpeg).',
  },
  MEDIA_FFMPEG_FAILED: {
    retry: true,
    httpStatus: 502,
    exitCode: 70,
    summary: 'ffmpeg ended with an error; the message has its last lines without secrets.',
  },
  MEDIA_FFMPEG_FEATURE: {
    retry: false,
    httpStatus: 500,
    exitCode: 69,
    summary:
      'This ffmpeg lacks an encoder, a filter or a font that is needed; the message names it. Install a complete build (Debian: apt-get install ffmpeg fonts-dejavu-core).',
  },
  MEDIA_NO_FOOTAGE: {
    retry: false,
    httpStatus: 404,
    exitCode: 66,
    summary:
      'Nothing was recorded in the time that was asked for, or nothing happened in it, or none of it can be read; the message says which.',
  },
  MEDIA_STOPPED: {
    retry: true,
    httpStatus: 503,
    exitCode: 75,
    summary: 'Work on footage was stopped before its end. The recordings are as they were.',
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
  EVENT_INVALID: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary: 'An event does not fit its JSON Schema.',
  },
  EVENT_REFUSED: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary:
      'A receiver says that it will never take this event (too large, not understood). It is kept as a dead letter; see vireo alerts dead-letters.',
  },
  EVENT_WEBHOOK: {
    retry: true,
    httpStatus: 503,
    exitCode: 69,
    summary:
      'A webhook does not answer, or not with 2xx. Events stay in the outbox and are sent again, in order.',
  },
  EVENT_MQTT: {
    retry: true,
    httpStatus: 503,
    exitCode: 69,
    summary:
      'The MQTT broker cannot be reached, refused the login or did not acknowledge. Events stay in the outbox and are sent again, in order.',
  },
  EVENT_BROKER: {
    retry: true,
    httpStatus: 503,
    exitCode: 69,
    summary:
      'The Kafka broker cannot be reached or refused the batch. Events stay in the outbox and are sent later.',
  },
  EVENT_BROKER_AUTH: {
    retry: true,
    httpStatus: 503,
    exitCode: 77,
    summary: 'Kafka refused the TLS or SASL credentials, or they lack a right; the message says which.',
  },
  ...storeErrors,
  ...trainingErrors,
  API_BAD_REQUEST: {
    retry: false,
    httpStatus: 400,
    exitCode: 64,
    summary: 'A command-line option or request field is wrong; the message names it.',
  },
  API_UNAUTHORIZED: {
    retry: false,
    httpStatus: 401,
    exitCode: 77,
    summary: 'The request has no bearer token, or not the one of http.token.',
  },
  API_FORBIDDEN: {
    retry: false,
    httpStatus: 403,
    exitCode: 77,
    summary:
      'Without http.token only requests to a loopback address are answered, and none that a page of another origin makes. Set http.token.',
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
