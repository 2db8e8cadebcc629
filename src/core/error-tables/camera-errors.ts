import type { ErrorClass } from './error-class.ts'

/** What can be wrong with a camera. */
export const cameraErrors = {
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
} as const satisfies Record<string, ErrorClass>
