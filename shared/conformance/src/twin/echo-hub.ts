import { Hub } from '@practical-signalr/server';

/**
 * The echo methods of the recorded ConformanceHub, one for each C# type. The schemas define the
 * types.
 */
export abstract class EchoHub extends Hub {
  echoString(value: unknown): unknown {
    return value;
  }
  echoInt(value: unknown): unknown {
    return value;
  }
  echoNullableInt(value: unknown): unknown {
    return value;
  }
  echoLong(value: unknown): unknown {
    return value;
  }
  echoULong(value: unknown): unknown {
    return value;
  }
  echoFloat(value: unknown): unknown {
    return value;
  }
  echoDouble(value: unknown): unknown {
    return value;
  }
  echoDecimal(value: unknown): unknown {
    return value;
  }
  echoBool(value: unknown): unknown {
    return value;
  }
  echoDateTime(value: unknown): unknown {
    return value;
  }
  echoDateTimeOffset(value: unknown): unknown {
    return value;
  }
  echoTimeSpan(value: unknown): unknown {
    return value;
  }
  echoGuid(value: unknown): unknown {
    return value;
  }
  echoBytes(value: unknown): unknown {
    return value;
  }
  echoInts(value: unknown): unknown {
    return value;
  }
  echoStrings(value: unknown): unknown {
    return value;
  }
  echoMap(value: unknown): unknown {
    return value;
  }
  echoColor(value: unknown): unknown {
    return value;
  }
  echoPerson(value: unknown): unknown {
    return value;
  }
  echoPeople(value: unknown): unknown {
    return value;
  }
  echoMixed(value: unknown): unknown {
    return value;
  }
  echoObject(value: unknown): unknown {
    return value;
  }
}
