import type { SetupPort } from '../../../src/http/setup-port.ts'

/** A network with one camera; remembers what it was asked. */
export function fakeSetup(asked: unknown[]): SetupPort {
  return {
    async discover(wish) {
      asked.push(wish)
      const profile = { name: 'main', codec: 'h264', widthPx: 1920, heightPx: 1080, fps: 25 }
      return {
        devices: [
          {
            address: '192.0.2.7',
            name: 'Front door',
            manufacturer: null,
            model: 'A1',
            asked: true,
            notes: [],
            error: null,
            profiles: [{ ...profile, streamUrl: 'rtsp://192.0.2.7/main', role: 'main' }],
            cameras: [{ id: 'front-door', url: 'rtsp://192.0.2.7/sub', mainUrl: 'rtsp://192.0.2.7/main' }],
          },
        ],
      }
    },
    async probe(wish) {
      asked.push(wish)
      return {
        stream: {
          codec: 'h264',
          profile: 'High',
          widthPx: 1920,
          heightPx: 1080,
          fps: 25,
          audio: null,
          firstKeyframeMs: 300,
          transport: 'tcp',
        },
        picture: Buffer.from('jpeg').toString('base64'),
        hints: [{ code: 'large', text: 'a large stream' }],
      }
    },
    presets: () => ({
      presets: [
        {
          name: 'loitering',
          summary: 'Somebody stays.',
          severity: 'warning',
          parameters: [{ name: 'zone', type: 'zone', about: 'Where.', required: true }],
        },
      ],
      objects: ['person'],
      actions: ['falling'],
    }),
  }
}
