// ASP.NET Core SignalR with its default options. Usage: dotnet Bench.dll PORT [REDIS_HOST:PORT]
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.SignalR;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls($"http://127.0.0.1:{args[0]}");
// The same backlog as the other peers, so that clients that connect at once are not refused.
builder.Services.Configure<SocketTransportOptions>(options => options.Backlog = 4096);
var signalr = builder.Services.AddSignalR().AddMessagePackProtocol();
if (args.Length > 1) signalr.AddStackExchangeRedis(args[1]);
var app = builder.Build();
app.MapHub<BenchHub>("/bench");
app.Run();

class BenchHub : Hub
{
    public string Echo(string text) => text;

    public async Task<int> Broadcast(int count, string payload)
    {
        for (var i = 0; i < count; i++) await Clients.All.SendAsync("m", payload);
        return count;
    }

    public async Task<int> JoinGroup(string name)
    {
        await Groups.AddToGroupAsync(Context.ConnectionId, name);
        return 1;
    }

    public async Task<int> GroupSend(int count, int groups, string payload)
    {
        for (var i = 0; i < count; i++)
            await Clients.Group("g" + Random.Shared.Next(groups)).SendAsync("m", payload);
        return count;
    }

    public async IAsyncEnumerable<int> Stream(int count)
    {
        for (var i = 0; i < count; i++) yield return i;
    }
}
