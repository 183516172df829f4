import { CLOUD_ENDPOINTS } from './vendors/cloud.ts';
import { CODE_ENDPOINTS } from './vendors/code.ts';
import type { VendorEndpoint } from './vendors/endpoint.ts';
import { SERVICE_ENDPOINTS } from './vendors/services.ts';

/** Every vendor's endpoint that is known; of several for one token the first that the token may go to. */
export const VENDOR_ENDPOINTS: readonly VendorEndpoint[] = [
  ...CODE_ENDPOINTS,
  ...CLOUD_ENDPOINTS,
  ...SERVICE_ENDPOINTS,
];
