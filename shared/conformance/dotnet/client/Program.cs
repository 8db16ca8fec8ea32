using System.Text.Json;
using ClientChecks;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

// Options: URL [TOKEN]. Runs the list of src/clients/client-checks.ts over every transport and encoding, without and with the token,
// and writes one line of JSON per check: {"cell":"WebSockets, json, no token","check":"invoke","result":"ok"}.
// With the options follow URL USER PROTOCOL, it follows servers that restart instead.
if (args[0] == "follow")
{
    await Follow.Run(args[1], args[2], args[3] == "messagepack");
    return;
}
// With the options recover URL, it prints the numbers that it receives, and whether it recovered.
if (args[0] == "recover")
{
    await using var connection = new HubConnectionBuilder().WithUrl(args[1]).WithAutomaticReconnect(new FastRetry()).Build();
    var recovery = new Recovery(connection);
    recovery.On<int>("user", Console.WriteLine);
    recovery.Recovered += recovered => Console.WriteLine($"recovered {recovered}");
    await recovery.StartAsync();
    Console.WriteLine("ready");
    Console.In.ReadLine();
    return;
}
var url = args[0];
foreach (var token in new[] { null, args.ElementAtOrDefault(1) }.Distinct())
    foreach (var transport in new[] { HttpTransportType.WebSockets, HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling })
        foreach (var messagePack in new[] { false, true })
        {
            var target = new Target(url, transport, messagePack, token);
            // Event streams carry text alone: there the refusal is the result.
            var list = transport == HttpTransportType.ServerSentEvents && messagePack ? Checks.Refused : Checks.All;
            var results = await Task.WhenAll(list.Select(async check => (check.Key, Result: await Checks.Run(check.Value, target))));
            foreach (var (check, result) in results)
                Console.WriteLine(JsonSerializer.Serialize(new { cell = target.Name, check, result }));
        }

sealed class FastRetry : IRetryPolicy
{
    public TimeSpan? NextRetryDelay(RetryContext retryContext) => TimeSpan.FromMilliseconds(100);
}
