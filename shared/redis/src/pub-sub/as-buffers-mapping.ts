import { RESP_TYPES } from '@redis/client';

/** Returns the strings of a reply as buffers. For `withTypeMapping`. */
export const asBuffersMapping = { [RESP_TYPES.BLOB_STRING]: Buffer };
