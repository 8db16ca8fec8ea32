using System.Security.Claims;
using Interop;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Azure.SignalR;

// An app as its author would write it with Microsoft's SDK. Azure__SignalR__ConnectionString and Azure__SignalR__GracefulShutdown__Mode
// come from its environment.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.None).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
builder.Services.AddSingleton<IUserIdProvider, QueryUserIdProvider>();
builder.Services.AddSignalR(o => o.EnableDetailedErrors = true).AddMessagePackProtocol().AddAzureSignalR(o =>
{
    o.ServerStickyMode = ServerStickyMode.Required;
    o.ClaimsProvider = context => [.. context.User.Claims, new Claim("level", context.Request.Query["level"].ToString())];
});
builder.Services.AddAuthorization();

var app = builder.Build();
// Who gives a name has signed in, for these checks; claims are named as an identity provider may name them.
app.Use((context, next) =>
{
    var (name, role) = (context.Request.Query["name"].ToString(), context.Request.Query["role"].ToString());
    if (name != "") context.User = new(new ClaimsIdentity([new("who", name), new("may", role)], "Query", "who", "may"));
    return next();
});
app.UseAuthorization();
app.MapHub<ChatHub>("/messages");
app.MapHub<CallHub>("/calls");
app.MapPost("/announce", (string text, IHubContext<CallHub> hub) => hub.Clients.All.SendAsync("Announced", text));
app.Run();

/// What clients can do with a server, beside what ChatHub has.
public class CallHub : Hub
{
    public object? Echo(object? value) => value;

    public int Fail() => throw new HubException("told");

    public string? Level() => Context.User?.FindFirst("level")?.Value;

    [Authorize(Roles = "author")]
    public string? Name() => Context.User?.Identity?.Name;

    public string Long(int length) => string.Concat(Enumerable.Repeat("é👋", length / 3));

    public async IAsyncEnumerable<int> Count(int to)
    {
        for (var i = 0; i < to; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    public async Task<int> Sum(IAsyncEnumerable<int> items)
    {
        var sum = 0;
        await foreach (var item in items) sum += item;
        return sum;
    }

    public Task<string> Ask(string question) =>
        Clients.Client(Context.ConnectionId).InvokeAsync<string>("Answer", question, CancellationToken.None);

    public void Leave() => Context.Abort();
}
