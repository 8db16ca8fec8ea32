using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace Reference;

public class MessageHub : Hub
{
    private const string Receive = "ReceiveMessage";

    public Task SendMessageToAll(string message) => Clients.All.SendAsync(Receive, message);
    public Task SendMessageToCaller(string message) => Clients.Caller.SendAsync(Receive, message);
    public Task SendMessageToUser(string connectionId, string message) => Clients.Client(connectionId).SendAsync(Receive, message);
    public Task JoinGroup(string group) => Groups.AddToGroupAsync(Context.ConnectionId, group);
    public Task SendMessageToGroup(string group, string message) => Clients.Group(group).SendAsync(Receive, message);

    public override async Task OnConnectedAsync()
    {
        await Clients.All.SendAsync("UserConnected", Context.ConnectionId);
        await base.OnConnectedAsync();
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        await Clients.All.SendAsync("UserDisconnected", Context.ConnectionId);
        await base.OnDisconnectedAsync(exception);
    }
}

public abstract class AuthorizedHubBase : Hub
{
    public string? WhoAmI() => Context.UserIdentifier;
    public string? UserName() => Context.User?.Identity?.Name;
    public string[] Claims(string type) => Context.User!.FindAll(type).Select(c => c.Value).ToArray();
    public Task SendToUser(string user, string message) => Clients.User(user).SendAsync("Receive", message);

    [Authorize(Roles = "admin")]
    public string AdminOnly() => "admin ok";

    [Authorize(Policy = "adult")]
    public string AdultOnly() => "adult ok";

    [Authorize(Roles = "admin")]
    public async IAsyncEnumerable<int> AdminStream(int count)
    {
        for (var i = 0; i < count; i++) { await Task.Yield(); yield return i; }
    }

    [Authorize(Roles = "admin")]
    public async Task<int> AdminUpload(IAsyncEnumerable<int> stream)
    {
        var sum = 0;
        await foreach (var i in stream) { sum += i; }
        return sum;
    }
}

[Authorize(AuthenticationSchemes = "HeaderOnly")]
public class HeaderOnlyHub : AuthorizedHubBase { }

[Authorize(AuthenticationSchemes = "Query")]
public class QueryHub : AuthorizedHubBase { }

[Authorize(AuthenticationSchemes = "Query")]
public class ExpiringHub : AuthorizedHubBase { }

// Anyone may connect. Only some methods are protected.
public class OpenHub : AuthorizedHubBase { }
