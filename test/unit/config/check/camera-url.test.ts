import { describe, expect, it } from 'vitest'
import { cameraAddress } from '../../../../src/camera/camera-address.ts'
import { cameraUrlProblem } from '../../../../src/config/check/camera-url.ts'

const wrong = [
  ...['rstp://h/x', 'rtmp://h/x', 'rtps://h/x', 'ftp://h/x', 'udp://239.0.0.1:1234', 'srt://h:1', 'ws://h/x'],
  ...['rtsp://viewer:p#ss/w@192.0.2.2/stream', 'rtsp://viewer:p@ss:w0rd/1@127.0.0.1:8554/x'],
  ...[
    'rtsp://h:99999/x',
    'rtsp://h:65536/',
    'http://h:70000/',
    'rtsp://h:0/x',
    'rtsp://h:port/x',
    'http://[::1/x',
  ],
  ...['rtsp:///x', 'rtsp://', 'http://', 'rtsp://user@/x', 'rtsp:/10.0.0.1/x', 'rtsp:10.0.0.1', 'http:/h/x'],
  ...[
    'file://host/x.mp4',
    'file://host/…',
    'file:x.mp4',
    'file:/x.mp4',
    'file:///a%2Fb',
    'file:///%zz',
    'file:///a%00',
  ],
  ...['', ' ', ' rtsp://h/x', 'rtsp://h/x ', 'rtsp://h/x\n', '/footage/a\u0000.mp4', 'rtsp://h h/x'],
]
const right = [
  ...[
    'rtsp://192.0.2.10:554/stream1',
    'rtsps://camera.local/x',
    'http://h/video.mjpg?user=a&pwd=b',
    'https://h:8443/',
  ],
  ...[
    'rtsp://viewer:p%40ss%2F@h/x',
    'rtsp://[2001:db8::1]:554/x',
    'RTSP://H/x',
    'rtsp://h',
    'rtsp://kamera-süd/x',
  ],
  ...[
    'rtsp://cam_1:554/user=admin_password=x_channel=1',
    '/footage/a.mp4',
    'footage/b c.mp4',
    'a:b.mp4',
    'C:\\a.mp4',
  ],
  ...['file:///footage/a%20b.mp4', 'file://localhost/x.mp4', '/x/2026-05-01T08:00:00.mp4', 'day/08:00.mp4'],
]

describe('the address of a camera', () => {
  it.each(wrong)('is refused: %s', (url) => {
    const problem = cameraUrlProblem(url)
    expect(problem).not.toBeNull()
    for (const secret of ['p#ss', 'w0rd']) expect(problem).not.toContain(secret)
  })

  it.each(right)('is taken, here and where it is opened: %s', (url) => {
    expect(cameraUrlProblem(url)).toBeNull()
    expect(() => cameraAddress(url, 'gate')).not.toThrow()
  })
})
