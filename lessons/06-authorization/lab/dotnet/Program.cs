using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.SignalR;
using Microsoft.IdentityModel.Tokens;

var builder = WebApplication.CreateBuilder(args);
var key = builder.Configuration["TOKEN_KEY"]!;

builder.Services
    .AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
    .AddJwtBearer(options =>
    {
        options.MapInboundClaims = false;
        options.TokenValidationParameters = new TokenValidationParameters
        {
            IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)),
            ValidateIssuer = false,
            ValidateAudience = false,
            ClockSkew = TimeSpan.Zero,
        };
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = context =>
            {
                var token = context.Request.Query["access_token"].ToString();
                if (token != "" && context.Request.Path.StartsWithSegments("/messages"))
                {
                    context.Token = token;
                }
                return Task.CompletedTask;
            },
        };
    });
builder.Services.AddAuthorization();
builder.Services.AddControllers();
builder.Services.AddSignalR(options => options.StatefulReconnectBufferSize = 100_000);
builder.Services.AddSingleton<IUserIdProvider, SubjectUserIdProvider>();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapControllers();
app.MapHub<MessageHub>("/messages", options => options.AllowStatefulReconnects = true);
app.Run();

public interface IMessageClient
{
    Task ReceiveMessage(string message);

    Task UserConnected(string connectionId);

    Task UserDisconnected(string connectionId);
}

[Authorize] // the hub
public class MessageHub : Hub<IMessageClient>
{
    public Task SendMessageToAll(string message) => Clients.All.ReceiveMessage(message);

    public Task SendMessageToCaller(string message) => Clients.Caller.ReceiveMessage(message);

    public Task SendMessageToUser(string connectionId, string message) =>
        Clients.Client(connectionId).ReceiveMessage(message);

    public Task JoinGroup(string group) => Groups.AddToGroupAsync(Context.ConnectionId, group);

    public Task SendMessageToGroup(string group, string message) =>
        Clients.Group(group).ReceiveMessage(message);

    public string? WhoAmI() => Context.UserIdentifier;

    public override Task OnConnectedAsync() => Clients.All.UserConnected(Context.ConnectionId);

    public override Task OnDisconnectedAsync(Exception? exception) =>
        Clients.All.UserDisconnected(Context.ConnectionId);
}

public class SubjectUserIdProvider : IUserIdProvider
{
    public string? GetUserId(HubConnectionContext connection) =>
        connection.User.FindFirst("sub")?.Value;
}

[Authorize] // the form
[Route("announcement")]
public class AnnouncementController(IHubContext<MessageHub, IMessageClient> messages) : ControllerBase
{
    [AllowAnonymous]
    [HttpGet]
    public ContentResult Index() =>
        Content("<form method=\"post\"><input name=\"message\"><button>Announce</button></form>", "text/html");

    [HttpPost]
    public async Task<RedirectResult> Announce([FromForm] string message)
    {
        await messages.Clients.All.ReceiveMessage(message);
        return Redirect("/announcement");
    }
}
