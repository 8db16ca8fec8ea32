using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ClientChecks;

// One cell of the table: a transport, an encoding, an identity.
public record Target(string Url, HttpTransportType Transport, bool MessagePack, string? Token)
{
    public string Name => $"{Transport}, {(MessagePack ? "messagepack" : "json")}, {(Token is null ? "no token" : "bearer token")}";
}

public delegate Task Check(Func<Action<IHubConnectionBuilder>?, Task<HubConnection>> connect, Target target);

// The same checks by the same names as src/clients/client-checks.ts.
public static class Checks
{
    public static readonly Dictionary<string, Check> All = new()
    {
        ["invoke"] = async (connect, target) =>
        {
            var connection = await connect(null);
            Same(await connection.InvokeAsync<string>("Echo", "Grüße 🙂"), "Grüße 🙂");
            Same(await connection.InvokeAsync<string?>("WhoAmI"), target.Token is null ? null : "alice");
        },
        ["sendAndOn"] = async (connect, _) =>
        {
            var connection = await connect(null);
            var items = Heard(connection, 3);
            await connection.SendAsync("Tell", 3);
            Same(await items, Enumerable.Range(0, 3));
        },
        ["stream"] = async (connect, _) =>
        {
            var connection = await connect(null);
            var items = new List<int>();
            await foreach (var item in connection.StreamAsync<int>("Count", 3)) items.Add(item);
            Same(items, Enumerable.Range(0, 3));
        },
        ["upload"] = async (connect, _) =>
        {
            var connection = await connect(null);
            var upload = Channel.CreateUnbounded<int>();
            var sum = connection.InvokeAsync<int>("Sum", upload.Reader);
            foreach (var item in new[] { 1, 2, 39 }) await upload.Writer.WriteAsync(item);
            upload.Writer.Complete();
            Same(await sum, 42);
        },
        ["clientResult"] = async (connect, _) =>
        {
            var connection = await connect(null);
            connection.On("Answer", (string question) => $"{question} 42");
            Same(await connection.InvokeAsync<string>("Ask", "what?"), "the client says: what? 42");
        },
        ["automaticReconnect"] = async (connect, _) =>
        {
            var connection = await connect(builder => builder.WithAutomaticReconnect([TimeSpan.Zero, TimeSpan.FromMilliseconds(100)]));
            var before = connection.ConnectionId;
            var again = new TaskCompletionSource<string?>();
            connection.Reconnected += id => { again.TrySetResult(id); return Task.CompletedTask; };
            await connection.SendAsync("Lose");
            var after = await again.Task;
            Same(new[] { after is not null, after != before, connection.ConnectionId == after }, new[] { true, true, true });
            Same(await connection.InvokeAsync<string>("Echo", "again"), "again");
        },
        ["statefulReconnect"] = async (connect, target) =>
        {
            var connection = await connect(builder => builder.WithStatefulReconnect());
            var before = connection.ConnectionId;
            var items = Heard(connection, 20);
            await connection.InvokeAsync("Tell", 10);
            // Other transports than WebSockets have no stateful reconnect: the client asks for it, and works without.
            if (target.Transport == HttpTransportType.WebSockets) await connection.SendAsync("Cut");
            await connection.InvokeAsync("Tell", 10);
            Same(await items, Enumerable.Range(0, 10).Concat(Enumerable.Range(0, 10)));
            Same(connection.ConnectionId, before);
        },
    };

    public static readonly Dictionary<string, Check> Refused = new() { ["refused"] = async (connect, _) => await connect(null) };

    // "ok", or what went wrong; a check has a connection of its own and five seconds.
    public static async Task<string> Run(Check check, Target target)
    {
        HubConnection? connection = null;
        try
        {
            await check(async change =>
            {
                var builder = new HubConnectionBuilder().WithUrl($"{target.Url}/{(target.Token is null ? "open" : "bearer")}", options =>
                {
                    options.Transports = target.Transport;
                    if (target.Token is not null) options.AccessTokenProvider = () => Task.FromResult<string?>(target.Token);
                });
                if (target.MessagePack) builder.AddMessagePackProtocol();
                change?.Invoke(builder);
                connection = builder.Build();
                await connection.StartAsync();
                return connection;
            }, target).WaitAsync(TimeSpan.FromSeconds(5));
            return "ok";
        }
        catch (Exception error)
        {
            return $"{error.GetType().Name}: {error.Message}";
        }
        finally
        {
            if (connection is not null) await connection.DisposeAsync();
        }
    }

    // The items of the hub's messages when `count` have come.
    static Task<List<int>> Heard(HubConnection connection, int count)
    {
        var items = new List<int>();
        var all = new TaskCompletionSource<List<int>>();
        connection.On("Receive", (int item) =>
        {
            items.Add(item);
            if (items.Count == count) all.TrySetResult(items);
        });
        return all.Task;
    }

    static void Same(object? actual, object? expected)
    {
        var (got, wanted) = (JsonSerializer.Serialize(actual), JsonSerializer.Serialize(expected));
        if (got != wanted) throw new InvalidOperationException($"got {got}, wanted {wanted}");
    }
}
