using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ClientChecks;

// A client that checks what it receives while servers restart, like src/hand-over/checked-client.ts.
public static class Follow
{
    static readonly string[] Kinds = ["all", "group", "user"];

    // Prints "ready", follows until a line with the number of messages of each kind arrives on the standard input, and prints the faults.
    public static async Task Run(string url, string user, bool messagePack)
    {
        var series = Kinds.ToDictionary(kind => kind, _ => new Series());
        int reconnecting = 0, calls = 0, failedCalls = 0;
        var builder = new HubConnectionBuilder()
            .WithUrl($"{url}?user={user}", HttpTransportType.WebSockets, options => options.UseStatefulReconnect = true)
            .WithAutomaticReconnect();
        if (messagePack) builder.AddMessagePackProtocol();
        await using var connection = builder.Build();
        foreach (var kind in Kinds) connection.On<int>(kind, series[kind].Receive);
        connection.Reconnecting += _ => { reconnecting++; return Task.CompletedTask; };
        await connection.StartAsync();
        var id = connection.ConnectionId;
        await connection.InvokeAsync("Join", "group-0");
        Console.WriteLine("ready");
        var input = Task.Run(Console.In.ReadLine); // the asynchronous method blocks on a console
        for (var n = 0; !input.IsCompleted; n++)
        {
            try
            {
                if (await connection.InvokeAsync<int>("Call", n) == n) calls++; else failedCalls++;
            }
            catch (Exception)
            {
                failedCalls++;
            }
            await Task.Delay(10);
        }
        var lengths = JsonSerializer.Deserialize<Dictionary<string, int>>((await input)!)!;
        for (var i = 0; i < 1000 && Kinds.Any(kind => series[kind].Next < lengths[kind]); i++) await Task.Delay(10);
        var faults = Kinds.Sum(kind => series[kind].Faults + Math.Abs(lengths[kind] - series[kind].Next));
        Console.WriteLine(JsonSerializer.Serialize(new { faults, failedCalls, reconnecting, changedId = connection.ConnectionId != id, calls }));
    }

    // The numbers of a series must arrive once and in order, starting with the first number that arrives.
    sealed class Series
    {
        public int Next = -1;
        public int Faults;

        public void Receive(int n)
        {
            lock (this)
            {
                if (Next >= 0 && n != Next) Faults++;
                Next = n + 1;
            }
        }
    }
}
