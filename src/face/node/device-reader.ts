import { DeviceReader, type DeviceReaderParts } from '../device-reader.ts'
import { openDeviceService } from './device-service.ts'
import { loadNativePart } from './native.ts'

export type DeviceReaderOptions = Omit<DeviceReaderParts, 'open'> & {
  /** Full path of the device service's library: `WxpayFaceSDK.dll`, or the shared object for Linux. */
  readonly library: string
}

/**
 * Makes the `wxpay-sdk` reader (docs/face.md) and gets its service going. What is missing or not ready is in
 * its readiness and is tried again; nothing of it throws.
 */
export function openDeviceReader({ library, ...parts }: DeviceReaderOptions): DeviceReader {
  const reader = new DeviceReader({
    ...parts,
    open: () => openDeviceService(library, loadNativePart()),
  })
  reader.start()
  return reader
}
