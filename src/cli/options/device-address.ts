import { type DeviceAddress, parseDeviceAddress } from '../../camera/onvif/device-address.ts'
import { AppError, toAppError } from '../../core/errors.ts'

/** Reads the address of an ONVIF device. What was typed is not said again where it holds a login. */
export function deviceAddress(text: string): DeviceAddress {
  try {
    return parseDeviceAddress(text)
  } catch (thrown) {
    const { code, message } = toAppError(thrown)
    throw new AppError(code, `--address: ${message}`)
  }
}
